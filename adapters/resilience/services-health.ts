import type { NeededService } from '#core/admission/region';
import type { ServiceGroup } from './service-group.ts';

/** Which of the services that a conversation needs have failed this process lately: what a bridge tells those who answer calls. */
export class ServicesHealth {
  readonly #groups = new Map<NeededService, ServiceGroup>();

  watch(service: NeededService, group: ServiceGroup): void {
    this.#groups.set(service, group);
  }

  failing(): readonly NeededService[] {
    return [...this.#groups].filter(([, group]) => group.isFailing()).map(([service]) => service);
  }
}
