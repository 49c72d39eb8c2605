import type { PhoneNumber } from '../ids.ts';

export interface Customer {
  readonly id: string;
  readonly name: string;
  /** BCP 47. */
  readonly language: string | undefined;
  /** What the agent may know and say, such as `last-charge: 42.10 USD at Contoso Coffee`. Data to the model, never instructions. */
  readonly facts: Readonly<Record<string, string>>;
}

export type CustomerQuery =
  { readonly by: 'id'; readonly id: string } | { readonly by: 'number'; readonly number: PhoneNumber };

export interface CustomerDirectory {
  find(query: CustomerQuery, signal: AbortSignal): Promise<Customer | undefined>;
}
