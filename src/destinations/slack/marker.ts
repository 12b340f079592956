/** Marks our messages, and nothing else: whoever is in the workspace can read it. */
const eventType = 'tocsin_notification';

/** The metadata by which what was told under an id is found again. */
export function markerOf(notificationId: string) {
  return { event_type: eventType, event_payload: { notification_id: notificationId } };
}

export function isMarkedWith(metadata: { event_type?: string; event_payload?: object } | undefined, id: string) {
  const payload = metadata?.event_payload as Record<string, unknown> | undefined;
  return metadata?.event_type === eventType && payload?.notification_id === id;
}
