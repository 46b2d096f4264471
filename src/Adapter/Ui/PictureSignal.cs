using Bridge.Adapter.State;

namespace Bridge.Adapter.Ui;

/// <summary>Wakes the question for the status: something has happened, or a browser waits.</summary>
internal sealed class PictureSignal : WakeUp;
