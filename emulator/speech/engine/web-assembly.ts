/** The part of the WebAssembly global used here: TypeScript has its declarations only in its DOM library, Node has it built in. */
export interface CompiledModule {
  readonly [compiled]: true;
}
declare const compiled: unique symbol;

interface Runtime {
  readonly Module: new (bytes: Uint8Array) => CompiledModule;
  readonly Instance: new (module: CompiledModule, imports: object) => object;
}

declare const WebAssembly: Runtime;

export function compile(bytes: Uint8Array): CompiledModule {
  return new WebAssembly.Module(bytes);
}

export function instantiate(module: CompiledModule, imports: object): object {
  return new WebAssembly.Instance(module, imports);
}
