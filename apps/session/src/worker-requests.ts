import {
  EnumField,
  IntegerField,
  NumberField,
  TextField,
  type BusyRequest,
  type ProgressRequest,
  type RegisterRequest,
} from '@muster/contracts';

const maxForMs = 24 * 60 * 60 * 1000;

export class RegisterWorker implements RegisterRequest {
  @TextField({ maxLength: 512 }) address: string;
  @EnumField(['muster.v1'], 'WorkerSubprotocol', { optional: true }) speaks?: 'muster.v1';
}

export class BusyWorker implements BusyRequest {
  @IntegerField({ max: maxForMs }) forMs: number;
  @TextField({ optional: true, maxLength: 512 }) reason?: string;
}

export class WorkerProgress implements ProgressRequest {
  @TextField({ maxLength: 512 }) text: string;
  @NumberField({ optional: true, min: 0, max: 1 }) done?: number;
}
