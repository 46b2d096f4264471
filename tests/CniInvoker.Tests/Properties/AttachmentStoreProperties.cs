using CniInvoker.Tests.Properties.Drawn;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace CniInvoker.Tests.Properties;

/// <summary>A directory of attachments behaves like a dictionary.</summary>
[Properties(Arbitrary = [typeof(Arbitraries)])]
public sealed class AttachmentStoreProperties : IDisposable
{
    // Six attachments of each have the same name in libcni's form.
    private static readonly Gen<string> Names = Gen.Elements("a-b-c-d-e", "a-b-c-d--", "a.b-c-d-e");

    private readonly string _directory = Directory.CreateTempSubdirectory("cni-store-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Property]
    public void Written_attachments_are_found_whole(
        WrittenNetwork network, WrittenAttachment attachment, WrittenResult result, bool hasResult, bool isComplete)
    {
        var directory = Fresh();
        var store = new FileAttachmentStore(directory);
        var stored = Stored(network.Parse(), attachment.Make(), hasResult ? result.Parse() : null, isComplete);

        store.Write(stored);

        Facts(store.Find(stored.Id)!).Should().Be(Facts(stored));
        store.Remove(stored.Id);
        Files(directory).Should().BeEmpty();
    }

    [Property(MaxTest = 40)]
    public Property Whatever_the_order_of_writing_and_removing_it_remembers_what_a_dictionary_would() => Prop.ForAll(
        Arb.From(JsonGenerators.UpTo(20, Steps()).Select(steps => new Story(steps)), story => story.Shorter()), story =>
    {
        var directory = Fresh();
        var store = new FileAttachmentStore(directory);
        var model = new Dictionary<AttachmentId, string>();

        foreach (var step in story.Steps)
        {
            if (step.IsWritten)
            {
                var stored =
                    Stored(Network(step.Id.NetworkName), new Attachment(step.Id.ContainerId, "", step.Id.InterfaceName), result: null,
                        step.IsComplete);
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

    private string Fresh() => Path.Combine(_directory, Guid.NewGuid().ToString());

    private static Gen<Step> Steps() =>
        from id in Ids()
        from isWritten in Gen.Elements(true, true, false)
        from isComplete in Gen.Elements(true, false)
        select new Step(id, isWritten, isComplete);

    private static Gen<AttachmentId> Ids() =>
        from name in Names
        let parts = name.Split('-', 5)
        from first in Gen.Choose(1, parts.Length - 2)
        from second in Gen.Choose(first + 1, parts.Length - 1)
        select new AttachmentId(
            string.Join('-', parts[..first]), string.Join('-', parts[first..second]), string.Join('-', parts[second..]));

    private static NetworkConfiguration Network(string name) =>
        NetworkConfiguration.Parse(
            new Json.Fields([new("name", new Json.Words(name)), new("type", new Json.Words("bridge"))]).Utf8, "file");

    private static StoredAttachment Stored(NetworkConfiguration network, Attachment attachment, CniResult? result, bool isComplete) =>
        new() { NetworkName = network.Name, Network = network, Attachment = attachment, Result = result, IsComplete = isComplete };

    private static string Facts(StoredAttachment stored) => string.Join('\n',
    [
        $"{stored.Id}",
        Json.Read(stored.Network!.ToUtf8Json()).ToString(),
        stored.Attachment.NetworkNamespace,
        string.Join(';', stored.Attachment.PluginArguments),
        Json.Of(stored.Attachment.Capabilities).Canonical,
        stored.Result is { } result ? $"{result.CniVersion} {Json.Of(result.Json).Canonical}" : "no result",
        $"{stored.IsComplete}",
    ]);

    private static IEnumerable<string> Files(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories) : [];

    private sealed class Story(IReadOnlyList<Step> steps)
    {
        public IReadOnlyList<Step> Steps => steps;

        public IEnumerable<Story> Shorter() => JsonShrinking.Lists(steps, _ => []).Select(fewer => new Story(fewer));

        public override string ToString() => string.Join('\n', steps);
    }

    private sealed record Step(AttachmentId Id, bool IsWritten, bool IsComplete);
}
