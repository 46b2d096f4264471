using System.Text.Json;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker.Tests.Properties.Drawn;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Drawn = CniInvoker.Tests.Properties.Drawn;

namespace Bridge.Adapter.Tests.State;

/// <summary>A record is after a restart what it was before, whatever a configuration file, a caller or a plugin has put into it.</summary>
public sealed class JournalProperties : IDisposable
{
    private static readonly Arbitrary<Drawn.Json> Values = Arb.From(JsonGenerators.Values, JsonShrinking.Smaller);

    private static readonly Arbitrary<string> Texts = Arb.From(JsonGenerators.Texts);

    private readonly string _directory = Directory.CreateTempSubdirectory("journal").FullName;
    private int _journals;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Property(MaxTest = 50)]
    public Property An_attachment_keeps_configuration_arguments_capabilities_and_result() => Prop.ForAll(Values, Texts, (value, text) =>
    {
        var record = Attachments.Records.Joined("e1") with
        {
            Configuration = Element(value),
            Capabilities = Element(value),
            Result = Element(value),
            Arguments = [new CniArgument(text, text)],
            CleanupError = text,
        };

        var found = AfterRestart(journal => journal.Attachments.Bring(record)).Attachments.Find("e1")!;

        new[] { found.Configuration, found.Capabilities, found.Result }.Select(Text).Should().Equal(Text(value), Text(value), Text(value));
        found.Arguments.Should().Equal(record.Arguments);
        found.CleanupError.Should().Be(text);
    });

    [Fact]
    public void A_result_as_deep_as_the_library_reads_is_kept()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 240)) + string.Concat(Enumerable.Repeat("]", 240));
        var result =
            CniInvoker.CniResult.Parse(System.Text.Encoding.UTF8.GetBytes($$"""{"cniVersion":"1.0.0","vendor":{{deep}}}"""), "1.0.0");

        var record = Attachments.Records.Joined("e1") with { Result = Bridge.Adapter.Translation.CniRecord.ToElement(result.Json) };
        var found = AfterRestart(journal => journal.Attachments.Bring(record)).Attachments.Find("e1")!;

        found.Result!.Element.GetProperty("vendor").GetRawText().Where(character => character == '[').Should().HaveCount(240);
    }

    [Property(MaxTest = 50)]
    public Property A_reservation_keeps_configuration_capabilities_and_result() => Prop.ForAll(Values, value =>
    {
        var record = new ReservationRecord("c1", "pods")
        {
            Phase = ReservationPhase.Reserved,
            BootId = "boot",
            Since = DateTimeOffset.UnixEpoch,
            Configuration = Element(value),
            Capabilities = Element(value),
            Result = Element(value),
        };

        var found = AfterRestart(journal => journal.Reservations.Bring(record)).Reservations.Find("c1")!;

        new[] { found.Configuration, found.Capabilities, found.Result }.Select(Text).Should().Equal(Text(value), Text(value), Text(value));
    });

    [Property(MaxTest = 50)]
    public Property A_network_keeps_the_options_for_its_endpoints() => Prop.ForAll(Texts, Texts, (key, value) =>
    {
        var record =
            new NetworkRecord("57c2", "pods", IpamMode.Cni) { EndpointDefaults = new Dictionary<string, string> { [key] = value } };

        AfterRestart(journal => journal.Networks.Write(record)).Networks.Find("57c2")!.EndpointDefaults.Should().Equal(
            record.EndpointDefaults);
    });

    private Journal AfterRestart(Action<Journal> write)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_directory, $"{_journals++}")).FullName;
        var before = new Journal(directory, Path.Combine(directory, "records"));
        before.Load().Should().BeEmpty();
        write(before);
        var after = new Journal(directory, Path.Combine(directory, "records"));
        after.Load().Should().BeEmpty();
        return after;
    }

    private static JsonElement Element(Drawn.Json value) => JsonDocument.Parse(value.Utf8).RootElement.Clone();

    private static string Text(RecordedJson? element) => element is null ? "null" : Drawn.Json.Read(element.Utf8.ToArray()).Canonical;

    private static string Text(Drawn.Json value) => value.Canonical;

}
