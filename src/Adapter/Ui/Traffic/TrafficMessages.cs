using System.Text.Json.Serialization;

namespace Bridge.Adapter.Ui.Traffic;

/// <summary>Bytes per second, as the container counts them: what it receives is what the host's end sends.</summary>
internal readonly record struct LinkRate(long Received, long Sent);

/// <summary>A connection, or several that have this in common, in which a packet was seen.</summary>
/// <param name="From">A member's key, <c>host</c> or <c>outside</c>.</param>
/// <param name="To">As <paramref name="From"/>, after the translation of published ports.</param>
/// <param name="Protocol">tcp, udp, icmp, …, or its number.</param>
/// <param name="Port">The receiver's; null for protocols without ports.</param>
/// <param name="IsNew">It was not there a second before.</param>
internal sealed record SeenConnection(string From, string To, string Protocol, int? Port, bool IsNew);

/// <param name="Links">By name: those with traffic, and once those that had some before.</param>
/// <param name="More">How many connections were left out.</param>
/// <param name="ConnectionsProblem">Why they cannot be shown, as a sentence.</param>
internal sealed record TrafficMessage(
    DateTimeOffset Time, IReadOnlyDictionary<string, LinkRate> Links, IReadOnlyList<SeenConnection> Connections, int? More,
    string? ConnectionsProblem);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TrafficMessage))]
internal sealed partial class TrafficJson : JsonSerializerContext;
