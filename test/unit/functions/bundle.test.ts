import { beforeAll, describe, expect, it } from 'vitest';
import { bundleOf } from '../../../infra/build/deployable.ts';

describe('what is deployed as the functions', () => {
  let packages: ReadonlySet<string>;
  beforeAll(async () => {
    const { metafile } = await bundleOf('functions');
    packages = new Set(Object.keys(metafile.inputs).map(packageOf));
  }, 60_000);

  it('holds no SDK of speech or of a model, and no WebSocket library', () => {
    const foreign = [...packages].filter((name) => /speech|openai|^ws$|websocket|fvad|flite/.test(name));
    expect(foreign).toEqual([]);
  });

  it('holds nothing of the bridge, the edge or the emulator', () => {
    expect([...packages].filter((name) => ['media-bridge/', 'sip-edge/', 'emulator/'].includes(name))).toEqual([]);
  });

  it('holds what answers calls', () => {
    expect([...packages]).toEqual(
      expect.arrayContaining(['functions/', '@azure/functions', '@azure/communication-call-automation']),
    );
  });
});

/** `@azure/functions` for a file of that package wherever it is installed, `functions/` for a file of ours. */
function packageOf(input: string): string {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input) ?? [];
  return name ?? input.slice(0, input.indexOf('/') + 1);
}
