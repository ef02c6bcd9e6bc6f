import type { core } from '../../../wailsjs/go/models';
import { refuse } from './refuse';

/** The filters saved in the twin. */
export class FakeFilters {
  #filters: core.SavedFilter[] = [];
  readonly #told: () => void;

  constructor(told: () => void = () => undefined) {
    this.#told = told;
  }

  list(): core.SavedFilters {
    return { filters: this.#filters, file: '/home/me/.config/Sightglass/filters.json', fileError: '' };
  }

  save(name: string, text: string): Promise<void> {
    if (name === '') return refuse('a saved filter needs a name');
    this.#set([...this.#filters.filter((filter) => filter.name !== name), { name, text }]);
    return Promise.resolve();
  }

  rename(from: string, to: string): Promise<void> {
    this.#set(this.#filters.map((filter) => (filter.name === from ? { ...filter, name: to } : filter)));
    return Promise.resolve();
  }

  remove(name: string): Promise<void> {
    this.#set(this.#filters.filter((filter) => filter.name !== name));
    return Promise.resolve();
  }

  #set(filters: core.SavedFilter[]): void {
    this.#filters = filters.sort((a, b) => a.name.localeCompare(b.name));
    this.#told();
  }
}
