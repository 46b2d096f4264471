using System.Globalization;

namespace Bridge.HostileRequests.Requests;

/// <summary>The few endpoints and networks that all connections share, so that their calls meet.</summary>
internal static class Ids
{
    /// <summary>Address given by the chain, at CreateEndpoint.</summary>
    public const string Null = "aa00";

    /// <summary>Address reserved ahead.</summary>
    public const string Ahead = "aa01";

    /// <summary>The chain waits for the sandbox: an endpoint costs no plugin.</summary>
    public const string Direct = "aa02";

    public static readonly string[] Networks = [Null, Ahead, Direct, "aa03", "aa04"];

    /// <summary>Of networks whose endpoints cost nothing.</summary>
    public static readonly string[] CheapEndpoints = [.. Enumerable.Range(0, 40).Select(number => Numbered("ee", number))];

    /// <summary>Of networks whose endpoints are made by plugins.</summary>
    public static readonly string[] RealEndpoints = [.. Enumerable.Range(0, 12).Select(number => Numbered("bb", number))];

    // The interface's name on the host is made of the beginning.
    private static string Numbered(string prefix, int number) =>
        prefix + number.ToString("x2", CultureInfo.InvariantCulture) + new string('0', 60);
}
