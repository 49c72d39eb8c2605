import type { CustomerDirectory, CustomerQuery } from '#core/ports/customer-directory';
import { PortError } from '#core/ports/error';
import { fillUrl } from '#core/tools/request';
import { readCustomer } from './customer-fields.ts';
import type { OpenService } from '../http-tools/http-service.ts';
import type { CustomerService } from './settings.ts';

/** Found no more, or never there. */
const NOBODY = new Set([204, 404, 410]);

/** Customers of a service over HTTP. What it is not configured to be asked it answers with nobody. */
export function httpDirectory(service: OpenService<CustomerService>): CustomerDirectory {
  return {
    find: async (query, signal) => {
      signal.throwIfAborted();
      const url = urlFor(query, service.settings);
      if (url === undefined) return undefined;
      const { status, body } = await service.ask('customer-directory', { method: 'GET', url, body: undefined }, signal);
      if (NOBODY.has(status)) return undefined;
      if (status > 299) throw new PortError('customer-directory', String(status), { retryable: false, status });
      const reading = readCustomer(service.settings.fields, body);
      switch (reading.kind) {
        case 'customer':
          return reading.customer;
        case 'nobody':
          return undefined;
        case 'unreadable':
          throw new PortError('customer-directory', 'unreadable answer', { retryable: false, code: 'unreadable' });
      }
    },
  };
}

/** Undefined when it is not asked this, or with what can stand in no address: then nobody has it. */
function urlFor(query: CustomerQuery, { byIdUrl, byNumberUrl }: CustomerService): URL | undefined {
  switch (query.by) {
    case 'id':
      return byIdUrl === undefined ? undefined : fillUrl(byIdUrl, new Map([['id', query.id]]));
    case 'number': {
      const values = new Map([
        ['number', query.number],
        ['digits', query.number.slice(1)],
      ]);
      return byNumberUrl === undefined ? undefined : fillUrl(byNumberUrl, values);
    }
  }
}
