// Unpacks what `corridors.maps.explorer.container` packed: names, and typed arrays by name.
const ARRAYS = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, i2: Int16Array, i4: Int32Array, f8: Float64Array };

function readContainer(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const arrays = {};
  for (const [name, [code, at, count]] of Object.entries(header.arrays)) {
    arrays[name] = new ARRAYS[code](buffer, 4 + length + at, count);
  }
  return { texts: header.texts, arrays };
}
