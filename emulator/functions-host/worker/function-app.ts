import type { FunctionCallback, FunctionMetadata, HookCallback, HookName, ProgrammingModel } from './rpc.ts';

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
}

type Phase = 'loading' | 'started';

/** What the app's files have registered so far. One a worker, as there is one app. */
export class FunctionApp {
  /** Kept between hooks of the whole app, as the library promises its users. */
  readonly appHookData: Record<string, unknown> = {};
  readonly #functions = new Map<string, RegisteredFunction>();
  readonly #hooks = new Map<string, Set<HookCallback>>();
  #model: ProgrammingModel | undefined;
  #phase: Phase = 'loading';

  get functions(): readonly FunctionMetadata[] {
    return [...this.#functions.values()].map(({ metadata }) => metadata);
  }

  get programmingModel(): ProgrammingModel | undefined {
    return this.#model;
  }

  setProgrammingModel(model: ProgrammingModel): void {
    this.#model = model;
  }

  /** From here on nothing can be registered: the host has been told what there is. */
  started(): void {
    this.#phase = 'started';
  }

  registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): void {
    if (this.#phase === 'started')
      throw new Error('A function can only be registered during app startup; move the registration to a top level.');
    if (this.#functions.has(metadata.name)) throw new Error(`Two functions are called "${metadata.name}".`);
    this.#functions.set(metadata.name, { metadata, callback });
  }

  find(name: string): RegisteredFunction | undefined {
    return this.#functions.get(name);
  }

  /** The returned function takes the hook back. */
  registerHook(name: string, callback: HookCallback): () => void {
    const hooks = this.#hooks.get(name) ?? new Set();
    this.#hooks.set(name, hooks);
    hooks.add(callback);
    return () => void hooks.delete(callback);
  }

  async runHooks(name: HookName, context: object): Promise<void> {
    for (const hook of this.#hooks.get(name) ?? []) await hook(context);
  }
}
