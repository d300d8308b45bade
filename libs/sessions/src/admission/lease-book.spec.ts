import { expect, it } from 'vitest';
import { LeaseBook } from './lease-book.js';

const lease = 1000;

/** Looks every 300 ms at a lease with these revisions. */
function look(book: LeaseBook, revisions: readonly number[], fromMs = 0): number {
  revisions.forEach((rev, index) => book.observe([{ _id: 'svc_a', rev }], fromMs + index * 300));
  return fromMs + (revisions.length - 1) * 300;
}

it('a lease holds while it is renewed', () => {
  const book = new LeaseBook(lease);
  look(book, [1, 1, 2, 2, 3, 3, 4]);
  expect(book.hasEnded('svc_a')).toBe(false);
});

it('a lease ends a whole lease after its last change was seen', () => {
  const book = new LeaseBook(lease);
  look(book, [1, 2, 2, 2, 2]);
  expect(book.hasEnded('svc_a')).toBe(false);
  look(book, [2], 1500);
  expect(book.hasEnded('svc_a')).toBe(true);
});

it('who begins to look gives everybody a whole lease', () => {
  const book = new LeaseBook(lease);
  look(book, [7, 7, 7], 50_000);
  expect(book.hasEnded('svc_a')).toBe(false);
});

it('time in which the observer could not look does not count', () => {
  const book = new LeaseBook(lease);
  look(book, [1, 1]);
  book.observe([{ _id: 'svc_a', rev: 1 }], 5000);
  expect(book.hasEnded('svc_a')).toBe(false);
});

it('knows nothing of a service that it has never seen', () => {
  expect(new LeaseBook(lease).hasEnded('svc_a')).toBe(false);
});
