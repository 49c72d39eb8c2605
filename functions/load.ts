import { app } from '@azure/functions';
import { handlers } from './app/compose.ts';

app.http('load', {
  methods: ['GET'],
  // No function key: it would exist only after the first deployment, and the scale rule that asks here is deployed before. The handler wants LOAD_KEY.
  authLevel: 'anonymous',
  route: 'load',
  handler: handlers.load,
});
