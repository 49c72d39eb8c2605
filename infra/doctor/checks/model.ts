import { azureLanguageModel } from '#adapters/azure-openai/language-model';
import type { LanguageModelConfig } from '#adapters/azure-openai/settings';
import { PortError } from '#core/ports/error';
import { reasonOf } from '../../tool/reason-of.ts';
import { broken, well, type Check, type Finding } from '../check.ts';

/** Whether the deployment writes: one word is asked for. */
export function modelCheck(config: LanguageModelConfig, place: 'first' | 'second'): Check {
  return {
    name: `model, ${place} deployment`,
    run: async (signal) => {
      const model = azureLanguageModel(config, { spareConnections: 0 });
      const asked = performance.now();
      try {
        const request = { messages: [{ role: 'user' as const, text: 'Say yes.' }], tools: [], maxTokens: 16 };
        for await (const _chunk of model.reply(request, signal)) break;
        return well(`${config.deployment} wrote after ${Math.round(performance.now() - asked)} ms`);
      } catch (error) {
        return whatIsWrong(error, config);
      } finally {
        model.close();
      }
    },
  };
}

function whatIsWrong(error: unknown, { apiKey, deployment, endpoint }: LanguageModelConfig): Finding {
  const status = error instanceof PortError ? error.status : undefined;
  switch (status) {
    case 401:
    case 403:
      return apiKey === undefined
        ? broken(
            `the identity is refused with ${status}`,
            'grant it Cognitive Services OpenAI User on the resource (infra/modules/roles.bicep)',
          )
        : broken(`the key is refused with ${status}`, `take the key of ${endpoint} from the portal`);
    case 404:
      return broken(
        `there is no deployment ${deployment}`,
        'name one that the resource has: OPENAI_DEPLOYMENT, OPENAI_SECONDARY_DEPLOYMENT',
      );
    case 429:
      return broken(
        'the quota is used up',
        'raise the capacity of the deployment (chatModel in infra/main.bicep), or ask for quota',
      );
    default:
      return broken(reasonOf(error), 'look at OPENAI_ENDPOINT and at the state of the service');
  }
}
