using System.Net;

namespace Bridge.Adapter.Ui.Server;

/// <summary>
/// Who may see the networks: who has the token. It stands in the URL once; then the page keeps it, and sends it as a header. A cookie would
/// be sent to the programs on all ports of 127.0.0.1 as well. Pages of other sites that a browser has open may not: neither by a name that
/// they have resolve to this host (Host), nor by requests of their own (Origin, Sec-Fetch-Site).
/// </summary>
internal sealed class Access
{
    private const string TokenKey = "token";
    private const string Scheme = "Bearer ";

    /// <summary>For the URL.</summary>
    public Secret Token { get; } = new();

    /// <returns>Null: the request may come from this page, or from a person. Otherwise why not, as a sentence.</returns>
    public string? WhyForeign(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (!IsOwnName(context.Request.Host, context.Connection.LocalIpAddress))
        {
            return "This name is not one of this page's. Use the address that cnm-cni ui has printed, or http://localhost:PORT/ through " +
                "ssh -L.";
        }

        if (headers.Origin is { Count: > 0 } origin && origin != $"http://{context.Request.Host}")
            return "Another page sent this request.";

        string? site = headers["Sec-Fetch-Site"];
        return site is null or "same-origin" or "none" || (IsNavigation(headers) && IsNamedIn(context.Request.Query))
            ? null
            : "Another page sent this request. Type or paste the URL that cnm-cni ui has printed.";
    }

    /// <summary>Whether the request has the token as the page sends it: <c>Authorization: Bearer TOKEN</c> (RFC 6750).</summary>
    public bool HasToken(HttpContext context) => context.Request.Headers.Authorization is [{ } given]
        && given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && Token.Is(given[Scheme.Length..]);

    /// <summary>Whether the token stands in the URL, as it is printed.</summary>
    public bool IsNamedIn(IQueryCollection query) => Token.Is(query[TokenKey]);

    // A link on another page may lead here, but only with the token, and to the page itself.
    private static bool IsNavigation(IHeaderDictionary headers) =>
        headers["Sec-Fetch-Mode"] == "navigate" && headers["Sec-Fetch-Dest"] == "document";

    private static bool IsOwnName(HostString host, IPAddress? local)
    {
        if (host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return true;

        return IPAddress.TryParse(host.Host.Trim('[', ']'), out var address)
            && (IPAddress.IsLoopback(address) || Plain(address).Equals(Plain(local)));
    }

    private static IPAddress Plain(IPAddress? address) =>
        address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address ?? IPAddress.None;
}
