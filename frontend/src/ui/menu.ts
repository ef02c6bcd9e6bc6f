import type { IconName } from './icons';

/** One line of a menu; 'line' divides. */
export type MenuItem =
  | 'line'
  | {
      label: string;
      onselect: () => void;
      icon?: IconName;
      /** A shortcut that does the same: "Mod+K". Shown only. */
      keys?: string;
      danger?: boolean;
      disabled?: boolean;
    };
