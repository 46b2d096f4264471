namespace Bridge.Adapter.Control;

/// <summary>The daemon could not be asked, or said no; the message is for the person at the prompt.</summary>
internal sealed class ControlException(string message, Exception? cause = null) : Exception(message, cause);
