import { buildEveryImage } from './image.ts';

await buildEveryImage();
