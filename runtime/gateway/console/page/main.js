// main.js: makes the parts of the page and ties them together.
import { announceFailures } from './announce.js';
import { Banner } from './banner.js';
import { ClientPanel } from './client_panel.js';
import { Connections } from './connections.js';
import { dataView } from './data.js';
import { Detail } from './detail.js';
import { buildHelp, buildSignIn } from './dialog.js';
import { el, fill } from './dom.js';
import { Faults } from './faults.js';
import { Feed } from './feed.js';
import { Filter } from './filter.js';
import { Functions } from './functions.js';
import { Keys } from './keys.js';
import { Panels } from './panels.js';
import { Records } from './records.js';
import { Rooms } from './rooms.js';
import { Routes } from './routes.js';
import { Snippets } from './snippets.js';
import { State } from './state.js';
import { Stats } from './stats.js';
import { buildTheme } from './theme.js';
import { Timeline } from './timeline.js';
import { takeToken } from './token.js';
import { Top } from './top.js';
import { Traffic } from './traffic.js';

const $ = (id) => document.getElementById(id);

takeToken();
addEventListener('hashchange', () => { takeToken(); unlock(); });

const records = new Records();
const filter = new Filter();
const stats = new Stats();
let state = null;

const top = new Top({ name: $('service-name'), link: $('link'), gauges: $('gauges') });
const banner = new Banner({ host: $('banner'), announcer: $('announcer') });
announceFailures($('announcer'), records);

/** Only one connection, in the timeline. */
function showConnection(connection) {
  panels.show('timeline');
  filter.set({ connection });
}

const clients = new ClientPanel({
  host: $('clients'), records, onFilter: showConnection, onOpen: (record) => { detail.show(record); panels.go('detail'); },
  onMessage: ({ text, direction }) => {
    fill($('detail'), el('h2', {}, { in: 'Sent by this client', out: 'Received by this client' }[direction] ?? 'This client'), dataView('Text', text));
    panels.go('detail');
  },
});
const nameOf = (id) => clients.clients.nameOf(id);

const detail = new Detail({
  host: $('detail'),
  context: { records, filter, open: (record) => detail.show(record), compose: (text) => { panels.go('clients'); clients.composer.put(text); } },
});

const focusDetail = () => { panels.go('detail'); $('detail').focus(); };
const timeline = new Timeline({
  host: $('timeline'), records, filter, nameOf, focusDetail,
  openDetail: (record, pointer) => { detail.show(record); if (pointer) panels.go('detail'); },
});

const faults = new Faults({ host: $('faults'), onSet: (number) => panels.badge('faults', number || '') });
const connections = new Connections({ host: $('connections'), nameOf, onFilter: showConnection, onFault: () => faults.refresh() });
const rooms = new Rooms({ host: $('rooms'), nameOf, onFilter: showConnection, onCount: (number) => panels.badge('rooms', number || '') });
const functions = new Functions({ host: $('functions') });
const traffic = new Traffic({ host: $('traffic'), stats });

const panels = new Panels({
  list: $('panels'), areas: $('areas'),
  panels: { timeline: 'Timeline', connections: 'Connections', rooms: 'Rooms', functions: 'Functions', faults: 'Faults', traffic: 'Traffic' },
  onShow: (id) => { if (state) showPanel(id); },
});

/** What is not in sight is not drawn. */
function showPanel(id) {
  if (id === 'connections') connections.show(state.connections ?? []);
  if (id === 'rooms') rooms.refresh();
  if (id === 'functions') functions.show(state);
  if (id === 'faults') faults.show(state.faults);
  if (id === 'traffic') traffic.show(state.totals);
}

const snippets = new Snippets();

function showSnippets() {
  clients.composer.showSnippets(snippets);
}

const routes = new Routes((apps) => {
  snippets.setApps(apps);
  functions.showApps(apps);
  showSnippets();
});

function tookState(next) {
  const before = state;
  state = next;
  clients.clients.base = next.websocketUrl;
  clients.form.path.placeholder = new URL(next.websocketUrl).pathname;
  stats.sample(next.totals ?? {});
  top.showService(next);
  top.showStats(stats);
  banner.show(next.loadError, next.generation);
  panels.badge('connections', next.connections?.length || '');
  faults.show(next.faults);
  showPanel(panels.current);
  if (before?.generation !== next.generation || before?.run !== next.run) {
    snippets.setRoutes(next.routes);
    showSnippets();
  }
  routes.follow(next);
  if (before && before.run !== next.run) {
    if (before.websocketUrl !== next.websocketUrl) location.reload(); // this page may only connect to the address that it came with
    clients.clients.again();
  }
}

const asks = new State(tookState);
const feed = new Feed({
  onRun: () => {
    records.clear();
    stats.clear();
    asks.ask();
  },
  onRecords: (added, lost) => {
    records.add(added, lost);
    stats.took(added);
    clients.took(added);
    asks.took(added);
    if (snippets.took(added)) showSnippets();
  },
  onLink: (link) => {
    top.showLink(link);
    if (link === 'locked') signIn.open();
  },
});

const signIn = buildSignIn(() => unlock());

function unlock() {
  signIn.close();
  feed.unlock();
}

const changeTheme = buildTheme($('theme'));

function allRecords() {
  filter.set({ connection: '', route: '', failures: false, text: timeline.search.value = '' });
}

const keys = new Keys({
  c: () => clients.form.connect(), m: () => { panels.go('clients'); clients.composer.text.focus(); }, '/': () => { panels.show('timeline'); timeline.search.focus(); },
  f: () => filter.set({ failures: !filter.failures }), e: () => { panels.show('timeline'); timeline.nextFailure(); }, p: () => timeline.togglePause(), r: () => $('resend')?.click(),
  t: changeTheme, '?': () => openHelp(), ...Object.fromEntries(Object.keys(panels.panels).map((id, i) => [String(i + 1), () => panels.show(id, { focus: true })])),
}, allRecords);
const openHelp = buildHelp(keys);
$('help').addEventListener('click', openHelp);

panels.show('timeline');
feed.follow();

// For the tests and the bench: what the page keeps, in numbers.
window.moonwire = { counts: () => ({ records: records.list.length, characters: records.size, requests: records.parts.size, rows: document.querySelectorAll('.row').length, elements: document.querySelectorAll('*').length }) };
