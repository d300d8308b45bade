import { instanceToPlain, plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { ValidationPipe } from '@nestjs/common';
import { flatten, MusterError, textOf, validatorOptions } from '@muster/contracts';

/** Checks DTO classes; unknown members are refused by name. */
export function bodyValidation(): ValidationPipe {
  return new ValidationPipe({
    ...validatorOptions,
    transform: true,
    validatorPackage: { validate },
    transformerPackage: { plainToInstance, classToPlain: instanceToPlain },
    exceptionFactory: (errors) => {
      const problems = flatten(errors, '');
      return new MusterError('invalid-request', textOf(problems), { errors: problems });
    },
  });
}
