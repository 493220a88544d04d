import { kql, savedObject, searchSource, type Reference, type SavedObject } from './saved-object.ts';

/** Columns and rows of a dashboard's grid, which is 48 columns wide. */
interface Size {
  w: number;
  h: number;
}
export const NUMBER: Size = { w: 12, h: 6 };
export const HALF: Size = { w: 24, h: 14 };
export const WHOLE: Size = { w: 48, h: 14 };

/** What a panel shows, and how large. */
export type Placed = readonly [SavedObject, Size];

/** From left to right, and on below where a row is full; every row is as high as its first panel. */
function placesOf(sizes: readonly Size[]): { x: number; y: number }[] {
  let [x, y, height] = [0, 0, 0];
  return sizes.map(({ w, h }) => {
    if (x + w > WHOLE.w) [x, y] = [0, y + height];
    if (x === 0) height = h;
    const place = { x, y };
    x += w;
    return place;
  });
}

/**
 * Of panels by reference: each shows an object of its own, which Kibana migrates by that object's version, and not one that is
 * written into the dashboard.
 */
export function dashboard(
  id: string,
  { title, description, panels }: { title: string; description: string; panels: readonly Placed[] },
): SavedObject {
  const places = placesOf(panels.map(([, size]) => size));
  const shown = panels.map(([{ type, id }, size], index) => ({
    type,
    panelIndex: id,
    gridData: { ...places[index], ...size, i: id },
    embeddableConfig: {},
    panelRefName: `panel_${id}`,
  }));
  const references = panels.map(([{ type, id }]): Reference => ({ type, id, name: `${id}:panel_${id}` }));
  const attributes = {
    title,
    description,
    panelsJSON: JSON.stringify(shown),
    optionsJSON: JSON.stringify({
      useMargins: true,
      syncColors: false,
      syncCursor: true,
      syncTooltips: false,
      hidePanelTitles: false,
    }),
    timeRestore: true,
    timeFrom: 'now-24h',
    timeTo: 'now',
    ...searchSource({ query: kql(''), filter: [] }),
  };
  return savedObject('dashboard', id, { attributes, references });
}
