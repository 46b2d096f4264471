namespace CniInvoker;

/// <summary>How names are to be resolved in the container.</summary>
/// <param name="Nameservers">Addresses of name servers, in order of preference.</param>
/// <param name="Domain">The local domain for short names.</param>
/// <param name="Search">Domains to search for short names.</param>
/// <param name="Options">Options for the resolver.</param>
public sealed record CniDns(IReadOnlyList<string> Nameservers, string? Domain, IReadOnlyList<string> Search, IReadOnlyList<string> Options);
