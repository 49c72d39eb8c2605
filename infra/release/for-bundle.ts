import { parseDocument, YAMLMap } from 'yaml';

/** azure.yaml of the repository, for a folder in which the packages are made already: nothing is built but the image, from its package. Pure; throws when it is not as it was. */
export function azureYamlForBundle(text: string): string {
  const document = parseDocument(text);
  const hooks = document.get('hooks');
  if (!(hooks instanceof YAMLMap) || !document.hasIn(['hooks', 'prepackage']))
    throw new Error('azure.yaml has no hook prepackage any more: say in infra/release what a bundle needs instead');
  hooks.delete('prepackage');
  hooks.commentBefore = null;
  document.setIn(['services', 'functions', 'project'], 'packages/functions');
  document.setIn(['services', 'media-bridge', 'docker', 'context'], 'packages/media-bridge');
  return document.toString();
}

/** A Dockerfile of the repository without the stage that builds: its files are those of the build context. Pure; throws when it is not as it was. */
export function dockerfileForBundle(text: string, deployable: string): string {
  const last = text.slice(text.lastIndexOf('\nFROM ') + 1);
  const copy = new RegExp(`^COPY --from=build (--chown=\\S+) /src/dist/package/${deployable} \\./$`, 'm');
  if (!copy.test(last))
    throw new Error(`${deployable}.Dockerfile does not copy its package any more as infra/release expects`);
  const how = `# docker build --file infra/containers/${deployable}.Dockerfile --tag trunkline-${deployable} packages/${deployable}\n`;
  return how + last.replace(copy, 'COPY $1 . ./');
}
