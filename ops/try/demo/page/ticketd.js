/** Posts to ticketd with the JWT, and returns the response's body. Throws an error with the status and the code. */
export async function post(url, token, body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
  const answer = response.status === 204 ? {} : await response.json();
  if (!response.ok) throw new Error(`${response.status} ${answer.errorCode}`);
  return answer;
}
