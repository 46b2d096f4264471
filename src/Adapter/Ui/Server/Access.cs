using System.Net;
using Microsoft.Net.Http.Headers;

namespace Bridge.Adapter.Ui.Server;

/// <summary>
/// Who may see the page: who has the token, which stands in the URL once and in a cookie from then on. Pages of other sites that a browser
/// has open may not: neither by a name that they have resolve to this host (Host), nor by requests of their own (Origin, Sec-Fetch-Site).
/// </summary>
/// <param name="host">The name of the machine.</param>
/// <param name="port">On which it listens.</param>
internal sealed class Access(string host, int port)
{
    private const string TokenKey = "token";

    private readonly Secret _cookie = new();

    /// <summary>For the URL.</summary>
    public Secret Token { get; } = new();

    /// <summary>
    /// Cookies are the same for all ports of a host, and by ssh -L several machines are one host to the browser: 127.0.0.1.
    /// </summary>
    public string CookieName { get; } = $"cnm-cni-ui-{port}-{Uri.EscapeDataString(host)}";

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
        return site is null or "same-origin" or "none" || (IsNavigation(headers) && HasToken(context))
            ? null
            : "Another page sent this request. Type or paste the URL that cnm-cni ui has printed.";
    }

    /// <summary>Whether the token stands in the URL.</summary>
    public bool HasToken(HttpContext context) => Token.Is(context.Request.Query[TokenKey]);

    public bool HasCookie(HttpContext context) => _cookie.Is(context.Request.Cookies[CookieName]);

    /// <summary>The browser need not have the token in its URLs any more.</summary>
    public void SetCookie(HttpResponse response) =>
        response.Headers.Append(HeaderNames.SetCookie, $"{CookieName}={_cookie.Text}; Path=/; HttpOnly; SameSite=Strict");

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
