import type { Telemetry } from '#core/ports/telemetry';
import type { HttpTools } from '../http-tools/http-tools.ts';

/**
 * The tools as they are, those that fail counted. Only what agents declare: what asks the directory of customers or the knowledge base fails with their errors, which
 * are counted where they are made.
 */
export function countedTools(tools: HttpTools, telemetry: Telemetry): HttpTools {
  return {
    runner: (agent, context) => {
      const runner = tools.runner(agent, context);
      return {
        tools: runner.tools,
        changes: (call) => runner.changes(call),
        meanwhile: (call) => runner.meanwhile(call),
        run: async (call, signal) => {
          const result = await runner.run(call, signal);
          if (result.outcome === 'failed') {
            telemetry.record({ name: 'trunkline.service.errors', attributes: { service: 'tool', kind: 'other' } });
          }
          return result;
        },
      };
    },
    close: () => tools.close(),
  };
}
