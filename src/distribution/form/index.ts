/** Distribution configs as people write them (`Form`), as the API takes them, and as both compare. */
export {canonical} from './canonical.js';
export {spelledOut, toApi, toForm, type ApiStructures, type FormValue} from './convert.js';
export {structure, type Shape, type Structure} from './shape.js';
