import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { isPlainObject, problemsOf } from './member-problems.js';

/**
 * One decorator per member: it validates what comes over the wire and describes it in the OpenAPI document.
 * Every member is required unless `optional`; an optional member may be absent but not null (unless `nullable`).
 */
interface Common {
  optional?: boolean;
  nullable?: boolean;
  description?: string;
  example?: unknown;
  default?: unknown;
}

type ClassRef<T extends object = object> = new () => T;

function presence(options: Common): PropertyDecorator[] {
  if (options.optional === true)
    return [ValidateIf((_, value) => value !== undefined && !(options.nullable && value === null))];
  if (options.nullable === true) return [ValidateIf((_, value) => value !== null)];
  return [];
}

function api(options: Common, schema: Record<string, unknown>): PropertyDecorator {
  const described = {
    ...schema,
    ...(options.description === undefined ? {} : { description: options.description }),
    ...(options.example === undefined ? {} : { example: options.example }),
    ...(options.default === undefined ? {} : { default: options.default }),
    ...(options.nullable === true ? { nullable: true } : {}),
  };
  return options.optional === true ? ApiPropertyOptional(described) : ApiProperty(described);
}

export interface TextOptions extends Common {
  minLength?: number;
  maxLength?: number;
  pattern?: RegExp;
  /** What the pattern means, in words: used in the error. */
  patternName?: string;
  each?: boolean;
}

/** Text; 1 to 1024 characters unless said otherwise. */
export function TextField(options: TextOptions = {}): PropertyDecorator {
  const { minLength = 1, maxLength = 1024, pattern } = options;
  return applyDecorators(
    ...presence(options),
    IsString(),
    MinLength(minLength),
    MaxLength(maxLength),
    ...(pattern
      ? [Matches(pattern, { message: `$property must be ${options.patternName ?? `like ${pattern.source}`}` })]
      : []),
    api(options, { type: String, minLength, maxLength, ...(pattern ? { pattern: pattern.source } : {}) }),
  );
}

/** A list of texts. */
export function TextListField(options: TextOptions & { maxItems?: number } = {}): PropertyDecorator {
  const { maxItems = 100, maxLength = 1024 } = options;
  return applyDecorators(
    ...presence(options),
    IsArray(),
    ArrayMaxSize(maxItems),
    IsString({ each: true }),
    MaxLength(maxLength, { each: true }),
    api(options, { type: [String], maxItems }),
  );
}

export interface NumberOptions extends Common {
  min?: number;
  max?: number;
}

/** A whole number (of the unit in the member's name), 0 to 2^53-1 unless said otherwise. */
export function IntegerField(options: NumberOptions = {}): PropertyDecorator {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options;
  return applyDecorators(
    ...presence(options),
    IsInt(),
    Min(min),
    Max(max),
    api(options, { type: 'integer', minimum: min, ...(max === Number.MAX_SAFE_INTEGER ? {} : { maximum: max }) }),
  );
}

/** A list of whole numbers. */
export function IntegerListField(options: NumberOptions & { maxItems?: number } = {}): PropertyDecorator {
  const { min = 0, max = Number.MAX_SAFE_INTEGER, maxItems = 100 } = options;
  return applyDecorators(
    ...presence(options),
    IsArray(),
    ArrayMaxSize(maxItems),
    IsInt({ each: true }),
    Min(min, { each: true }),
    Max(max, { each: true }),
    api(options, { type: 'array', items: { type: 'integer' }, maxItems }),
  );
}

export function NumberField(options: NumberOptions = {}): PropertyDecorator {
  const { min = -Number.MAX_VALUE, max = Number.MAX_VALUE } = options;
  return applyDecorators(...presence(options), IsNumber(), Min(min), Max(max), api(options, { type: Number }));
}

/** A whole number in a query string. */
export function QueryIntegerField(options: NumberOptions = {}): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && value.trim() !== '' ? Number(value) : value,
    ),
    IntegerField(options),
  );
}

/** true or false in a query string. */
export function QueryBooleanField(options: Common = {}): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      value === 'true' || value === '' ? true : value === 'false' ? false : value,
    ),
    BooleanField(options),
  );
}

export function BooleanField(options: Common = {}): PropertyDecorator {
  return applyDecorators(...presence(options), IsBoolean(), api(options, { type: Boolean }));
}

/** One of a fixed list of words; `enumName` becomes its own schema in the OpenAPI document. */
export function EnumField(values: readonly string[], enumName: string, options: Common = {}): PropertyDecorator {
  return applyDecorators(...presence(options), IsIn(values), api(options, { enum: values, enumName }));
}

/** A list of words, each of a fixed list and at most once. */
export function EnumListField(values: readonly string[], enumName: string, options: Common = {}): PropertyDecorator {
  return applyDecorators(
    ...presence(options),
    IsArray(),
    ArrayUnique(),
    IsIn(values, { each: true }),
    api(options, { enum: values, enumName, isArray: true }),
  );
}

/** A time, ISO 8601 in UTC. Only for answers; requests carry durations in ms. */
export function TimeField(options: Common = {}): PropertyDecorator {
  return applyDecorators(
    ...presence(options),
    IsString(),
    api({ example: '2026-01-31T12:00:00.000Z', ...options }, { type: String, format: 'date-time' }),
  );
}

/** One nested object. */
export function NestedField<T extends object>(target: () => ClassRef<T>, options: Common = {}): PropertyDecorator {
  return applyDecorators(
    ...presence(options),
    IsObject(),
    ValidateNested(),
    Type(() => target()),
    api(options, { type: () => target() }),
  );
}

/** A list of nested objects. */
export function NestedListField<T extends object>(
  target: () => ClassRef<T>,
  options: Common & { maxItems?: number } = {},
): PropertyDecorator {
  const { maxItems = 1000 } = options;
  return applyDecorators(
    ...presence(options),
    IsArray(),
    ArrayMaxSize(maxItems),
    IsObject({ each: true }),
    ValidateNested({ each: true }),
    Type(() => target()),
    api(options, { type: () => [target()] }),
  );
}

/** A map from names to nested objects, validated entry by entry. */
export function NestedMapField<T extends object>(
  target: () => ClassRef<T>,
  options: Common & { maxEntries?: number; keyPattern?: RegExp } = {},
): PropertyDecorator {
  const { maxEntries = 100, keyPattern = /^[a-z0-9][a-z0-9._-]{0,62}$/i } = options;
  return applyDecorators(
    ...presence(options),
    ValidateBy({
      name: 'entries',
      validator: {
        validate: (value: unknown) => mapProblems(value, target(), maxEntries, keyPattern).length === 0,
        defaultMessage: (arguments_) =>
          mapProblems(arguments_?.value, target(), maxEntries, keyPattern)
            .map((each) => `$property${each}`)
            .join('; '),
      },
    }),
    (prototype: object, key: string | symbol) =>
      ApiExtraModels(target())(prototype.constructor as ClassRef & Function, key, undefined as never),
    (prototype: object, key: string | symbol) =>
      api(options, { type: 'object', additionalProperties: { $ref: getSchemaPath(target()) } })(prototype, key),
  );
}

/** A map from names to texts. */
export function TextMapField(options: Common & { maxEntries?: number; maxLength?: number } = {}): PropertyDecorator {
  const { maxEntries = 100, maxLength = 4096 } = options;
  const valid = (value: unknown): boolean =>
    isPlainObject(value) &&
    Object.keys(value).length <= maxEntries &&
    Object.values(value).every((each) => typeof each === 'string' && each.length <= maxLength);
  return applyDecorators(
    ...presence(options),
    ValidateBy({
      name: 'textMap',
      validator: {
        validate: valid,
        defaultMessage: () =>
          `$property must map names to texts (at most ${maxEntries} entries of ${maxLength} characters)`,
      },
    }),
    api(options, { type: 'object', additionalProperties: { type: 'string' } }),
  );
}

/** Free JSON: an object whose members are the application's own business. */
export function JsonObjectField(options: Common = {}): PropertyDecorator {
  return applyDecorators(
    ...presence(options),
    ValidateBy({
      name: 'jsonObject',
      validator: { validate: isPlainObject, defaultMessage: () => '$property must be a JSON object' },
    }),
    api(options, { type: 'object', additionalProperties: true }),
  );
}

function mapProblems(value: unknown, target: ClassRef, maxEntries: number, keyPattern: RegExp): string[] {
  if (!isPlainObject(value)) return [' must be a map'];
  const entries = Object.entries(value);
  if (entries.length > maxEntries) return [` has more than ${maxEntries} entries`];
  return entries.flatMap(([key, entry]) => {
    if (!keyPattern.test(key)) return [`.${key.slice(0, 64)} is not a valid name (${keyPattern.source})`];
    return problemsOf(target, entry).map(
      (problem) => `.${key}${problem.member === '' ? '' : `.${problem.member}`}: ${problem.reason}`,
    );
  });
}
