import { QueryBooleanField, QueryIntegerField } from '@muster/contracts';

export class EventsQuery {
  @QueryIntegerField({ optional: true }) after?: number;
}

export class LogsQuery {
  @QueryBooleanField({ optional: true }) follow?: boolean;
}
