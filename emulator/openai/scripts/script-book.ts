import type { ChatRequest } from '../chat/request.ts';
import { answers } from './match.ts';
import type { Rule } from './rule.ts';

interface CountedRule {
  readonly rule: Rule;
  left: number;
}

/** The scripts that are played now; of several, the one registered last is asked first. */
export class ScriptBook {
  readonly #scripts = new Map<string, readonly CountedRule[]>();

  get size(): number {
    return this.#scripts.size;
  }

  put(id: string, rules: readonly Rule[]): void {
    this.#scripts.delete(id);
    this.#scripts.set(
      id,
      rules.map((rule) => ({ rule, left: rule.times })),
    );
  }

  delete(id: string): boolean {
    return this.#scripts.delete(id);
  }

  /** The first rule that fits; it has one use less afterwards. */
  take(request: ChatRequest): Rule | undefined {
    for (const rules of [...this.#scripts.values()].reverse()) {
      const found = rules.find(({ rule, left }) => left > 0 && answers(rule, request));
      if (found === undefined) continue;
      found.left--;
      return found.rule;
    }
    return undefined;
  }
}
