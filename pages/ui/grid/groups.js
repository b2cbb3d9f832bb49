// Maps that belong together, as those that share one mean and variance do: the group of the cell that is pointed at is
// lit, in all mosaics that have groups; at rest that of the cell that was chosen. Python joins this to grid.js.

function litCell({ active, data }) {
  return [active, data.start].find((cell) => cell && data.mosaics[cell.mosaic]?.groups.length) ?? null;
}

function groupOf({ data }, { mosaic, map }) {
  return data.mosaics[mosaic].groups[map];
}

function noteOf({ groups, group_notes: notes }, { map }) {
  return (groups.length && notes[groups[map]]) || "";
}

function twinsOf({ data }, cell) {
  // The cell, and the one at its place in each other mosaic with groups.
  const twins = data.mosaics.map((_, mosaic) => ({ ...cell, mosaic, rows: 1, columns: 1 }));
  return twins.filter(({ mosaic, map }) => map < data.mosaics[mosaic].groups.length);
}

function valuesOf(grid, cell) {
  return twinsOf(grid, cell)
    .map((twin) => valueAt(grid, twin)?.value)
    .filter((value) => value !== undefined);
}

function lightUp(ctx, grid, card, accent, style) {
  const lit = litCell(grid);
  const { groups, width, height, cell } = card.mosaic;
  if (!lit || !groups.length) return;
  const [wide, high] = [width * cell, height * cell];
  ctx.fillStyle = `color-mix(in srgb, ${style.getPropertyValue("--st-background-color")} 66%, transparent)`;
  ctx.strokeStyle = accent;
  ctx.lineWidth = GAP;
  groups.forEach((group, map) => {
    const [x, y] = corner(card, map);
    if (group === groupOf(grid, lit)) ctx.strokeRect(x - GAP / 2, y - GAP / 2, wide + GAP, high + GAP);
    else ctx.fillRect(x - GAP / 2, y - GAP / 2, wide + GAP, high + GAP);
  });
}
