export { catalogueOf, findEntry, referenceProblems, usersOf, withApiEntries } from './catalogue.js';
export type { Catalogue, CatalogueEntry, EntrySource } from './catalogue.js';
export { catalogueDefaults } from './defaults.js';
export { entryProblems, type CatalogueType } from './entry-rules.js';
export { parseCatalogueFile, type ParsedFile } from './parse-file.js';
export { validateParameters } from './parameters.js';
export { CatalogueError, describeProblem, type CatalogueProblem, type FixableProblem } from './problems.js';
export { readCatalogueFolder } from './read-folder.js';
export { parametersOfRole, resolveSessionType, resolveWorkerType } from './resolve.js';
