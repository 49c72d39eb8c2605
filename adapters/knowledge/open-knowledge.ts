import type { Agent } from '#core/agent/agent';
import type { LanguagePacks } from '#core/language/locale';
import type { KnowledgeBase } from '#core/ports/knowledge-base';
import { ConfigurationError } from '../settings/load-settings.ts';
import { azureSearchKnowledge } from './azure-ai-search.ts';
import { markdownKnowledge } from './markdown-folder.ts';
import type { KnowledgeSettings } from './settings.ts';

/** The knowledge base of the settings. Throws `ConfigurationError` when an agent is to search one and there is none. */
export function openKnowledge(settings: KnowledgeSettings, agents: readonly Agent[]): KnowledgeBase | undefined {
  switch (settings.kind) {
    case 'folder':
      return markdownKnowledge(settings.folder, packsOf(agents));
    case 'search-service':
      return azureSearchKnowledge(settings.service);
    case 'none': {
      const searching = agents.flatMap(({ definition: { knowledge, name } }) =>
        knowledge === undefined ? [] : [name],
      );
      if (searching.length === 0) return undefined;
      throw new ConfigurationError(
        `No knowledge base for ${searching.join(', ')}: set KNOWLEDGE_DIR or KNOWLEDGE_SEARCH_ENDPOINT`,
      );
    }
  }
}

function packsOf(agents: readonly Agent[]): LanguagePacks {
  return new Map(agents.flatMap(({ locales }) => locales.map(({ pack }) => [pack.language, pack])));
}
