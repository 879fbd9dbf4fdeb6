// panels.js: which part of the page is in sight. The middle has tabs; on a narrow screen the clients, the middle and the
// details take turns.
import { button, el, fill, write } from './dom.js';

const AREAS = { clients: 'Clients', centre: 'Service', detail: 'Details' };

export class Panels {
  /** `panels`: { id: title }. onShow(id) is called when one comes into sight. */
  constructor({ list, areas, panels, onShow }) {
    Object.assign(this, { panels, onShow });
    this.tabs = Object.keys(panels).map((id, i) => button(panels[id], () => this.show(id), {
      role: 'tab', id: `tab-${id}`, 'aria-controls': id, 'aria-selected': 'false', tabindex: -1, title: `${panels[id]} (${i + 1})`, data: { panel: id },
    }));
    fill(list, this.tabs);
    list.addEventListener('keydown', (event) => this.#key(event));
    for (const id of Object.keys(panels)) document.getElementById(id).setAttribute('aria-labelledby', `tab-${id}`);
    this.areas = Object.keys(AREAS).map((area) => button(AREAS[area], () => this.go(area), { data: { area } }));
    fill(areas, this.areas);
    this.go('centre');
  }

  show(id, { focus = false } = {}) {
    this.current = id;
    for (const tab of this.tabs) {
      const isIt = tab.dataset.panel === id;
      tab.setAttribute('aria-selected', String(isIt));
      tab.tabIndex = isIt ? 0 : -1;
      document.getElementById(tab.dataset.panel).hidden = !isIt;
      if (isIt) tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      if (isIt && focus) tab.focus();
    }
    this.go('centre');
    this.onShow(id);
  }

  /** On a narrow screen: the clients, the middle, the details. */
  go(area) {
    document.body.dataset.area = area;
    for (const tab of this.areas) {
      if (tab.dataset.area === area) tab.setAttribute('aria-current', 'true');
      else tab.removeAttribute('aria-current');
    }
  }

  /** A number behind the title of a panel, such as how many connections there are. */
  badge(id, text) {
    const tab = this.tabs.find(({ dataset }) => dataset.panel === id);
    if (!tab.badge) tab.append(tab.badge = el('span', { class: 'badge' }));
    write(tab.badge, text);
    tab.badge.hidden = !text;
  }

  #key(event) {
    const at = this.tabs.findIndex(({ dataset }) => dataset.panel === this.current);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: this.tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.show(this.tabs.at(to % this.tabs.length).dataset.panel, { focus: true });
  }
}
