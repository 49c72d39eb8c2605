import type { Origin } from './origin.ts';

/** What somebody reads first who has unpacked the archive. */
export function readMe(version: string, { commit, tree }: Origin, licence: string): string {
  return `# Trunkline ${version}

Made from commit ${commit}${tree === 'modified' ? ', with changes that are in no commit' : ''}. Programs, templates and documents, ready to deploy; nothing is compiled here.

| place | what |
| --- | --- |
| \`packages/functions\` | the Functions app, with everything it needs |
| \`packages/media-bridge\`, \`packages/sip-edge\` | what their images hold: \`node main.js\` starts them, Node 22 or newer |
| \`azure.yaml\`, \`infra/\` | templates for azd, Dockerfiles, a Kamailio configuration |
| \`docs/\` | begin with docs/deploy.md; its steps are done in this folder, and \`azd up\` takes the packages as they are |
| \`manifest.json\` | version, commit, SHA-256 of every file |
| \`sbom.cdx.json\` | what others wrote that is in the packages, as CycloneDX; \`THIRD-PARTY-LICENCES.txt\` has their licences |

Links of the documents that lead out of \`docs/\`, and the commands beginning with \`npm run\`, are about the repository at this commit.

Licence: ${licence === 'UNLICENSED' ? 'none is granted. Who owns it decides on one; until then there is no file LICENSE' : licence}.
`;
}
