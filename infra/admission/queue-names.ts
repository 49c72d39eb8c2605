import type { AdmissionPolicy, Way } from '#core/admission/policy';
import type { AgentDefinition } from '#core/agent/definition';

export interface QueueNames {
  /** No agent has a queue of this name: a slip of the pen. */
  readonly unknown: readonly string[];
  /** Some agents have none: their callers go to the default queue of the agent. */
  readonly missing: readonly string[];
}

/** What is to be said about the queues that a policy names. */
export function checkQueueNames(policy: AdmissionPolicy, agents: readonly AgentDefinition[]): QueueNames {
  const unknown: string[] = [];
  const missing: string[] = [];
  const known = [...new Set(agents.flatMap(({ queues }) => queues.map(({ name }) => name)))];
  for (const { field, queue } of queuesNamed(policy)) {
    const without = agents.filter(({ queues }) => !queues.some(({ name }) => name === queue));
    if (without.length === agents.length) {
      unknown.push(`${field}: no agent has a queue "${queue}"; there are ${known.join(', ')}`);
    } else if (without.length > 0) {
      const names = without.map(({ name }) => name).join(', ');
      missing.push(`${field}: ${names} has no queue "${queue}": its callers go to its default queue`);
    }
  }
  return { unknown, missing };
}

function queuesNamed({ then, lines }: AdmissionPolicy): { field: string; queue: string }[] {
  const named = (prefix: string, ways: Readonly<Record<string, Way | undefined>>) =>
    Object.entries(ways).flatMap(([name, way]) =>
      typeof way === 'object' && 'queue' in way ? [{ field: `${prefix}then.${name}`, queue: way.queue }] : [],
    );
  return [...named('', then), ...lines.flatMap((line, index) => named(`lines.${index}.`, line.then))];
}
