export { FakeBackend } from './fakeBackend';
