// prices.js: what the traffic that was seen would cost on AWS. The only place with prices.

/** Public list prices in US dollars, first tier, US East (N. Virginia), without the free tier and data transfer. */
export const PRICES = {
  date: '2026-11-28',
  sources: ['aws.amazon.com/api-gateway/pricing', 'aws.amazon.com/lambda/pricing'],
  messagesPerMillion: 1.00, // each 32 KB of a message, in either direction
  connectionMinutesPerMillion: 0.25,
  requestsPerMillion: 0.20,
  gbSecond: { arm64: 0.0000133334, x86_64: 0.0000166667 },
};

/** `totals` as GET console/state has them: rows of { name, amount, unit, cost }. */
export function costOf(totals, architecture = 'arm64') {
  const messages = totals.meteredMessages ?? (totals.messagesIn ?? 0) + (totals.messagesOut ?? 0);
  const invocations = totals.invocations ?? 0;
  const minutes = totals.connectionMinutes ?? 0;
  const gbSeconds = totals.gbSeconds ?? 0;
  return [
    { name: 'Messages', amount: messages, cost: messages * PRICES.messagesPerMillion / 1e6 },
    { name: 'Connection minutes', amount: minutes, cost: minutes * PRICES.connectionMinutesPerMillion / 1e6 },
    { name: 'Invocations', amount: invocations, cost: invocations * PRICES.requestsPerMillion / 1e6 },
    { name: `GB-seconds (${architecture})`, amount: gbSeconds, cost: gbSeconds * PRICES.gbSecond[architecture] },
  ];
}
