// A text field that knows names; choosing one goes there.
(function (corridors) {
  'use strict';
  const { element } = corridors;

  // `targets` is a map from a name to what it leads to.
  corridors.finder = function (holder, targets, hint, go) {
    const field = element('input', {
      type: 'search', id: 'find', list: 'names', placeholder: hint, 'aria-label': hint, autocomplete: 'off',
    });
    // A browser tells of a change again when the field is left: the map does not go there twice.
    let sought = '';
    const seek = () => {
      const wanted = field.value.trim().toLowerCase();
      if (!wanted || wanted === sought) return;
      sought = wanted;
      const exact = targets.get(field.value.trim());
      const begins = () => [...targets].find(([name]) => name.toLowerCase().startsWith(wanted));
      const holds = () => [...targets].find(([name]) => name.toLowerCase().includes(wanted));
      const found = exact || (begins() || holds() || [])[1];
      field.setAttribute('aria-invalid', found ? 'false' : 'true');
      if (found) go(found);
    };
    field.addEventListener('change', seek);
    field.addEventListener('keydown', ({ key }) => { if (key === 'Enter') sought = ''; });
    field.addEventListener('input', () => { if (targets.has(field.value)) seek(); });
    holder.append(field, element('datalist', { id: 'names' },
      [...targets.keys()].sort().map((name) => element('option', { value: name }))));
  };
})(window.corridorsMap);
