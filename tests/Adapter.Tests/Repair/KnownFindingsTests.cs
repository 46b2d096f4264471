using Bridge.Adapter.History;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Tests.Repair;

/// <summary>Each finding is in the history once, when it is found, and once more when it is repaired.</summary>
public sealed class KnownFindingsTests : IDisposable
{
    private static readonly FindingReport Left = new(
        FindingKind.ForgottenAttachment, "e1", "container web", "DEL said: token=hunter2-Zq81", FindingState.Failed, "it is tried again");

    private readonly AdapterSettings _settings = new() { StateDirectory = Directory.CreateTempSubdirectory("history-").FullName };

    public void Dispose() => Directory.Delete(_settings.StateDirectory, recursive: true);

    [Fact]
    public void A_finding_is_remembered_when_it_is_new_and_when_it_is_repaired_without_secrets()
    {
        using var metrics = new AdapterMetrics(new LogQueue(0, _ => ""));
        using (var history = new HistoryLog(_settings, TimeProvider.System))
        {
            var known = new KnownFindings(metrics, history, new LogLines<KnownFindings>());
            known.Settle(GetType(), [Left with { State = FindingState.Waiting }]);
            known.Settle(GetType(), [Left]);
            known.Settle(GetType(), [Left]);
            known.Settle(GetType(), [Left with { State = FindingState.Repaired, Done = "DEL" }]);
        }

        new HistoryReader(_settings.HistoryDirectory).Read().Select(one => (one.Kind, one.Finding)).Should().Equal(
            (HistoryEventKind.Found, Kept("it is tried again")), (HistoryEventKind.Repaired, Kept("DEL")));
    }

    private static HistoryFinding Kept(string done) =>
        new("forgotten-attachment", "e1", "container web", "DEL said: token=(redacted)", done);
}
