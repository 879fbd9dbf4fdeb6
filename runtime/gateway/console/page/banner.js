// banner.js: code that could not be loaded stays in sight until it is mended.
import { el, fill } from './dom.js';
import { sourceLines } from './source.js';
import { clock, visible } from './text.js';

function placeOf({ place, changed, function: name }) {
  return visible(place ?? changed ?? name ?? 'The service');
}

export class Banner {
  #shown = '';

  constructor({ host, announcer }) {
    Object.assign(this, { host, announcer });
  }

  /** `problem` is null, or as GET console/state has it; `generation` is the one that serves meanwhile. */
  show(problem, generation) {
    const key = JSON.stringify(problem);
    if (key === this.#shown) return;
    this.#shown = key;
    this.host.hidden = !problem;
    if (!problem) {
      fill(this.host);
      return;
    }
    const { error, line, source, function: name } = problem;
    const serving = name ? 'The function cannot serve until it is mended.' : `Generation ${generation} goes on serving until it is mended.`;
    fill(this.host, el('h2', {}, `${placeOf(problem)} could not be loaded`),
      el('p', {}, el('strong', {}, visible(error?.errorType ?? '')), ' ', visible(error?.errorMessage ?? '')),
      source?.length > 0 ? sourceLines(source) : line && el('pre', { class: 'data' }, visible(line)),
      el('p', { class: 'muted' }, `${serving} Noticed at ${clock(problem.time)}.`));
    fill(this.announcer, `${placeOf(problem)} could not be loaded: ${visible(error?.errorMessage ?? '')}`);
  }
}
