import { ValidationPipe } from '@nestjs/common';
import { checkers, flatten, MusterError, textOf, validatorOptions } from '@muster/contracts';

/** Checks DTO classes; unknown members are refused by name. */
export function bodyValidation(): ValidationPipe {
  return new ValidationPipe({
    ...validatorOptions,
    transform: true,
    ...checkers,
    exceptionFactory: (errors) => {
      const problems = flatten(errors, '');
      return new MusterError('invalid-request', textOf(problems), { errors: problems });
    },
  });
}
