using System.Text;

namespace Bridge.HostileRequests.Requests;

/// <summary>Bytes for one connection, and what may come of them.</summary>
/// <param name="Kind">For the report.</param>
/// <param name="Bytes">All that is sent.</param>
/// <param name="Answers">How many answers are due before anything else may be sent; 0: the connection ends, with an answer or
/// without.</param>
internal sealed record HostileRequest(string Kind, byte[] Bytes, int Answers = 1)
{
    /// <summary>The path, where the request is whole.</summary>
    public string Method { get; init; } = "";

    /// <summary>Nothing more is sent, and the connection is kept open: the other side must end it.</summary>
    public bool IsAbandoned { get; init; }

    /// <summary>As Docker would send it.</summary>
    public static HostileRequest Post(string kind, string method, byte[] body) =>
        new(kind, Frame("POST", method, body)) { Method = method };

    public static HostileRequest Post(string kind, string method, string body) => Post(kind, method, Encoding.UTF8.GetBytes(body));

    public static byte[] Frame(string verb, string method, byte[] body, string headers = "") =>
        [.. Encoding.UTF8.GetBytes($"{verb} /{method} HTTP/1.1\r\nHost: bridge\r\n{headers}Content-Length: {body.Length}\r\n\r\n"),
            .. body];
}
