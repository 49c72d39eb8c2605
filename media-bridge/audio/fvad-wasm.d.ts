/** The package has no types. What is used of libfvad's C interface (fvad.h). */
declare module '@echogarden/fvad-wasm' {
  interface Fvad {
    readonly HEAP16: Int16Array;
    _malloc(bytes: number): number;
    /** 0 when there is no memory. */
    _fvad_new(): number;
    _fvad_free(handle: number): void;
    _fvad_set_mode(handle: number, mode: number): number;
    _fvad_set_sample_rate(handle: number, hz: number): number;
    /** 1 voice, 0 none, -1 wrong frame length. */
    _fvad_process(handle: number, frame: number, samples: number): number;
  }
  export default function createFvad(options: { readonly wasmBinary: Uint8Array }): Promise<Fvad>;
}
