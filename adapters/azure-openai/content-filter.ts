import type { ContentFilterResultsForChoiceOutput } from '@azure/openai/types';

/** What Azure adds to a choice, which OpenAI's own types do not have. */
interface FilteredChoice {
  readonly content_filter_results?: ContentFilterResultsForChoiceOutput;
}

/** The names of the categories that stopped a reply: `violence`, `protected_material_text`, ... */
export function filteredCategories(choice: FilteredChoice): string[] {
  return Object.entries(choice.content_filter_results ?? {})
    .filter(([, result]) => isFiltered(result))
    .map(([category]) => category);
}

function isFiltered(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'filtered' in result && result.filtered === true;
}
