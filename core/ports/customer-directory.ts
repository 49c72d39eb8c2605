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

/** Whom header or number speak of. A hint: it greets, it does not prove. */
export interface FoundCustomer {
  readonly customer: Customer;
  readonly by: 'header' | 'number';
}

export interface CustomerDirectory {
  /** Undefined when nobody has this id or number. Throws `PortError`. */
  find(query: CustomerQuery, signal: AbortSignal): Promise<Customer | undefined>;
}
