using CniInvoker;

namespace Bridge.Fuzzing.Targets;

/// <summary>Records of attachments as libcni keeps them: written here, by libcni, or cut off by a crash.</summary>
internal sealed class RecordTarget : IFuzzTarget
{
    private const string Source = "/var/lib/cni/results/pods-c1-eth0";

    private readonly AttachmentId _asked = new("pods", "c1", "eth0");

    public void Run(ReadOnlyMemory<byte> input)
    {
        var found = Read(input, asked: null);
        var wanted = Read(input, _asked);
        Promise.That(found is null || wanted is not null, "A record that says whose it is can be read by who asks for it.", $"it cannot");
        foreach (var stored in new[] { found, wanted })
        {
            if (stored is not null)
                RequireRoundTrip(stored);
        }
    }

    private static StoredAttachment? Read(ReadOnlyMemory<byte> input, AttachmentId? asked)
    {
        try
        {
            return CacheRecord.Read(input, Source, asked);
        }
        catch (CniException refusal)
        {
            Promise.That(
                refusal.Code == CniErrorCode.DecodingFailure, "An unusable record has the code that is documented.", $"{refusal.Code}");
            Refusal.Require(refusal, $"the record {Source} cannot be read: ", input.Length);
            return null;
        }
    }

    private static void RequireRoundTrip(StoredAttachment stored)
    {
        if (stored.Network is null or { LacksSeparatePlugins: true })
            return; // A result alone, or libcni's network without the plugins that have files of their own: nobody writes either here.

        var text = CacheRecord.Write(stored);
        var again = CacheRecord.Read(text, Source, expected: null);
        Promise.That(again is not null && CacheRecord.Write(again).AsSpan().SequenceEqual(text), "A written record reads as the same.",
            $"{again}, not {stored}");
    }
}
