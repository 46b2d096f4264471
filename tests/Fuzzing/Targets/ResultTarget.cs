using System.Text;
using CniInvoker;

namespace Bridge.Fuzzing.Targets;

/// <summary>Results: read, written, remembered, and taken to every version and back.</summary>
internal sealed class ResultTarget : IFuzzTarget
{
    private readonly NetworkConfiguration _network = NetworkConfiguration.Parse("""{"name":"pods","type":"bridge"}"""u8.ToArray(), "pods");
    private readonly Attachment _attachment = new("c1", "/run/netns/c1", "eth0");

    public void Run(ReadOnlyMemory<byte> input)
    {
        if (Read(() => CniResult.Parse(input, "1.1.0"), input.Length, CniErrorCode.DecodingFailure,
            CniErrorCode.IncompatibleVersion) is { } result)
        {
            AddressPromises.Require(result);
            RequireSame(result, CniResult.FromJson(result.Json, "0.1.0"));
            RequireSame(result, Remembered(result));
            foreach (var version in SpecVersion.Known)
            {
                if (Read(() => result.ConvertTo(version), input.Length, CniErrorCode.IncompatibleVersion) is { } converted)
                    RequireConverted(result, converted, version, input.Length);
            }
        }

        // A result that names no version is one of the network's: every shape has to bear it.
        Read(() => CniResult.Parse(input, "0.2.0"), input.Length, CniErrorCode.DecodingFailure, CniErrorCode.IncompatibleVersion);
        Read(() => CniResult.Parse(input, "0.4.0"), input.Length, CniErrorCode.DecodingFailure, CniErrorCode.IncompatibleVersion);
    }

    private CniResult? Remembered(CniResult result)
    {
        var stored =
            new StoredAttachment { NetworkName = _network.Name, Network = _network, Attachment = _attachment, Result = result,
                IsComplete = true };
        return CacheRecord.Read(CacheRecord.Write(stored), "record", expected: null)!.Result;
    }

    private static CniResult? Read(Func<CniResult> read, int inputLength, params ReadOnlySpan<uint> codes)
    {
        try
        {
            return read();
        }
        catch (CniException refusal)
        {
            Promise.That(codes.Contains(refusal.Code), "A refusal has the code that is documented.", $"{refusal.Code}: {refusal.Message}");
            Refusal.Require(refusal, subject: "", inputLength);
            return null;
        }
    }

    private static void RequireConverted(CniResult result, CniResult converted, string version, int inputLength)
    {
        Promise.That(converted.CniVersion == version && (string?)converted.Json["cniVersion"] == version,
            "A converted result has the wanted version.", $"{converted.Json.ToJsonString()}");
        RequireSame(converted, CniResult.FromJson(converted.Json, "0.1.0"));
        var (from, to) = (CniResultConversion.ShapeOf(result.CniVersion), CniResultConversion.ShapeOf(version));
        var back = Read(() => converted.ConvertTo(result.CniVersion), inputLength, CniErrorCode.IncompatibleVersion);
        if (from == to)
        {
            RequireSame(result, back);
        }
        else if (back is not null && from != ResultShape.PerIpVersion && to != ResultShape.PerIpVersion)
        {
            Promise.That(
                Addresses(back) == Addresses(result), "Addresses, routes and name servers are the same in every version with lists.",
                $"{Addresses(back)}, not {Addresses(result)}");
        }
        else if (back is not null)
        {
            // An older shape has room for one address of each family.
            var wanted = result.Ips.DistinctBy(ip => ip.Address.AddressFamily).Select(ip => ip.Address);
            Promise.That(wanted.ToHashSet().SetEquals(back.Ips.Select(ip => ip.Address)),
                "The first address of each family survives every version.", $"{Addresses(back)}");
        }
    }

    private static void RequireSame(CniResult expected, CniResult? found)
    {
        Promise.That(
            found is not null && found.CniVersion == expected.CniVersion
                && JsonText.Write(found.Json).AsSpan().SequenceEqual(JsonText.Write(expected.Json)),
            "A result that is read again, or taken to a version of the same shape and back, is the same.",
            $"{found?.Json.ToJsonString()}, not {expected.Json.ToJsonString()}");
        Promise.That(Addresses(found!) == Addresses(expected), "A result that is read again means the same.", $"{Addresses(found!)}");
    }

    private static string Addresses(CniResult result)
    {
        var text = new StringBuilder();
        text.AppendJoin(' ', result.Ips).Append(" | ");
        text.AppendJoin(' ', result.Routes.Select(route => $"{route.Destination} {route.Gateway}")).Append(" | ");
        text.AppendJoin(' ', result.Interfaces.Select(link => $"{link.Name} {link.Mac} {link.Sandbox}")).Append(" | ");
        return text.AppendJoin(
            ' ', [.. result.Dns.Nameservers, "|", .. result.Dns.Search, "|", .. result.Dns.Options, "|", result.Dns.Domain]).ToString();
    }
}
