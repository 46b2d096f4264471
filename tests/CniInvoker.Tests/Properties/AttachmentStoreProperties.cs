using CniInvoker.Tests.Properties.Drawn;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace CniInvoker.Tests.Properties;

/// <summary>A directory of attachments does what a dictionary in memory would do.</summary>
[Properties(Arbitrary = [typeof(Arbitraries)])]
public sealed class AttachmentStoreProperties : IDisposable
{
    // Their file names run together in many ways: "a-b-c" is three attachments' name, "a-b-c-d" six.
    private static readonly Gen<string> Names = Gen.Elements("a", "b", "a-b", "b-c", "a.b", "a-b-c", "a-");
    private static readonly Gen<string> InterfaceNames = Gen.Elements("c", "b-c", "-c", "c-d", "~c", ".c");

    private readonly string _directory = Directory.CreateTempSubdirectory("cni-store-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Property]
    public void What_is_written_is_found_whole(WrittenNetwork network, WrittenAttachment attachment, WrittenResult result, bool hasResult, bool isComplete)
    {
        var store = new FileAttachmentStore(_directory);
        var stored = Stored(network.Parse(), attachment.Make(), hasResult ? result.Parse() : null, isComplete);

        store.Write(stored);

        Facts(store.Find(stored.Id)!).Should().Be(Facts(stored));
        store.Remove(stored.Id);
        Files(_directory).Should().BeEmpty();
    }

    [Property(MaxTest = 40)]
    public Property Whatever_the_order_of_writing_and_removing_it_remembers_what_a_dictionary_would() => Prop.ForAll(
        Arb.From(JsonGenerators.UpTo(20, Steps()), steps => JsonShrinking.Lists(steps, _ => [])), steps =>
    {
        var directory = Path.Combine(_directory, "model");
        var store = new FileAttachmentStore(directory);
        var model = new Dictionary<AttachmentId, string>();

        foreach (var step in steps)
        {
            if (step.IsWritten)
            {
                var stored = Stored(Network(step.Id.NetworkName), new Attachment(step.Id.ContainerId, "", step.Id.InterfaceName), result: null, step.IsComplete);
                store.Write(stored);
                model[step.Id] = Facts(stored);
            }
            else
            {
                store.Remove(step.Id);
                model.Remove(step.Id);
            }

            var found = store.Find(step.Id);
            (found is null ? null : Facts(found)).Should().Be(model.GetValueOrDefault(step.Id));
            var listing = store.List();
            listing.Problems.Should().BeEmpty();
            listing.Attachments.Select(Facts).Order(StringComparer.Ordinal).Should().Equal(model.Values.Order(StringComparer.Ordinal));
            Files(directory).Count().Should().Be(model.Count);
        }

        model.Keys.ToList().ForEach(store.Remove);
        Files(directory).Should().BeEmpty();
    });

    private static Gen<Step> Steps() =>
        from network in Names
        from container in Names
        from ifname in InterfaceNames
        from isWritten in Gen.Elements(true, true, false)
        from isComplete in Gen.Elements(true, false)
        select new Step(new AttachmentId(network, container, ifname), isWritten, isComplete);

    private static NetworkConfiguration Network(string name) =>
        NetworkConfiguration.Parse(new Json.Fields([new("name", new Json.Words(name)), new("type", new Json.Words("bridge"))]).Utf8, "file");

    private static StoredAttachment Stored(NetworkConfiguration network, Attachment attachment, CniResult? result, bool isComplete) =>
        new() { NetworkName = network.Name, Network = network, Attachment = attachment, Result = result, IsComplete = isComplete };

    private static string Facts(StoredAttachment stored) => string.Join('\n',
    [
        $"{stored.Id}",
        Json.Read(stored.Network!.ToUtf8Json()).ToString(),
        stored.Attachment.NetworkNamespace,
        string.Join(';', stored.Attachment.SaidArguments),
        Json.Of(stored.Attachment.Capabilities).Canonical,
        stored.Result is { } result ? $"{result.CniVersion} {Json.Of(result.Json).Canonical}" : "no result",
        $"{stored.IsComplete}",
    ]);

    private static IEnumerable<string> Files(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories) : [];

    private sealed record Step(AttachmentId Id, bool IsWritten, bool IsComplete);
}
