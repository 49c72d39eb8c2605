import { app } from '@azure/functions';
import { handlers } from './app/compose.ts';

app.http('health', {
  methods: ['GET'],
  // Asked by load balancers and monitors, which have no key; it says nothing that is worth one.
  authLevel: 'anonymous',
  route: 'health',
  handler: handlers.health,
});
